import io

import cog
from PIL import Image
from rembg import new_session, remove


class Runner(cog.BaseRunner):
    def setup(self) -> None:
        self.session = new_session("u2net")

    def run(
        self,
        image: cog.Path = cog.Input(description="Picture", accept="image/*"),
        only_mask: bool = cog.Input(default=False),
        alpha_matting: bool = cog.Input(default=False),
        threshold: int = cog.Input(default=240, ge=0, le=255),
        background: str = cog.Input(default="", regex="^(#[0-9a-fA-F]{6})?$"),
    ) -> cog.Path:
        return image
