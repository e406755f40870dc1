import os
from typing import List, Optional

import torch
from cog import BaseRunner, Input, Path
from diffusers import (
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    EulerAncestralDiscreteScheduler,
    EulerDiscreteScheduler,
    StableDiffusionXLPipeline,
)

MODEL_CACHE = "./model-cache"
MAX_PIXELS = 2048


class KarrasDPM:
    @staticmethod
    def from_config(config):
        return DPMSolverMultistepScheduler.from_config(config, use_karras_sigmas=True)


SCHEDULERS = {
    "DDIM": DDIMScheduler,
    "KarrasDPM": KarrasDPM,
    "K_EULER_ANCESTRAL": EulerAncestralDiscreteScheduler,
    "K_EULER": EulerDiscreteScheduler,
}


class Runner(BaseRunner):
    def setup(self, weights: Optional[Path] = None) -> None:
        self.pipe = StableDiffusionXLPipeline.from_pretrained(MODEL_CACHE, torch_dtype=torch.float16).to("cuda")

    @torch.inference_mode()
    def run(
        self,
        prompt: str = Input(description="Input prompt", default="An astronaut riding a rainbow unicorn"),
        negative_prompt: str = Input(description="Input negative prompt", default=""),
        image: Path = Input(description="Input image for img2img or inpaint mode", default=None),
        mask: Path = Input(description="Input mask for inpaint mode", default=None),
        width: int = Input(description="Width of output image", default=1024, ge=256, le=MAX_PIXELS),
        height: int = Input(description="Height of output image", default=1024, ge=256, le=MAX_PIXELS),
        num_outputs: int = Input(description="Number of images to output", ge=1, le=4, default=1),
        scheduler: str = Input(description="scheduler", choices=SCHEDULERS.keys(), default="K_EULER"),
        num_inference_steps: int = Input(description="Number of denoising steps", ge=1, le=500, default=50),
        guidance_scale: float = Input(description="Scale for classifier-free guidance", ge=1, le=50, default=7.5),
        prompt_strength: float = Input(
            description="Prompt strength when using img2img / inpaint. 1.0 corresponds to full destruction of information",
            ge=0.0,
            le=1.0,
            default=0.8,
        ),
        seed: int = Input(description="Random seed. Leave blank to randomize the seed", default=None),
        refine: str = Input(
            description="Which refine style to use",
            choices=["no_refiner", "expert_ensemble_refiner", "base_image_refiner"],
            default="no_refiner",
        ),
        lora_scale: float = Input(description="LoRA additive scale", ge=0.0, le=1.0, default=0.6),
        disable_safety_checker: bool = Input(description="Disable safety checker", default=False),
    ) -> List[Path]:
        """Run a single prediction on the model."""
        if seed is None:
            seed = int.from_bytes(os.urandom(2), "big")
        generator = torch.Generator("cuda").manual_seed(seed)
        output = self.pipe(prompt=prompt, generator=generator, num_inference_steps=num_inference_steps)
        paths = []
        for i, picture in enumerate(output.images):
            path = f"/tmp/out-{i}.png"
            picture.save(path)
            paths.append(Path(path))
        return paths
