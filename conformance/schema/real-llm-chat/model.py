import os
import time
from typing import Optional
from uuid import uuid4

import cog
from cog import AsyncConcatenateIterator, BaseRunner, ConcatenateIterator, Input, concurrent, current_scope, streaming

DEFAULT_SYSTEM_PROMPT = "You are a helpful assistant."
PROMPT_TEMPLATE = "[INST] {prompt} [/INST]"
MAX_TOKENS = 4096


class Runner(BaseRunner):
    async def setup(self, weights: Optional[str] = None) -> None:
        from vllm import AsyncLLMEngine
        from vllm.engine.arg_utils import AsyncEngineArgs

        self.engine = AsyncLLMEngine.from_engine_args(AsyncEngineArgs(model=weights or "weights"))

    @streaming
    @concurrent(max=32)
    async def run(
        self,
        prompt: str = Input(description="Prompt to send to the model."),
        system_prompt: str = Input(
            description=f"System prompt. The default is {DEFAULT_SYSTEM_PROMPT!r}", default=DEFAULT_SYSTEM_PROMPT
        ),
        max_tokens: int = Input(description="The maximum number of tokens", default=512, ge=1, le=MAX_TOKENS),
        min_tokens: Optional[int] = Input(description="The minimum number of tokens", default=None, ge=-1),
        temperature: float = Input(default=0.6, ge=0.0, le=5.0),
        top_p: float = Input(default=0.9, ge=0.0, le=1.0),
        top_k: int = Input(default=50, ge=-1),
        presence_penalty: float = Input(default=0.0),
        stop_sequences: str = Input(description='A comma-separated list, such as "<end>,<stop>".', default=None),
        prompt_template: str = Input(default=PROMPT_TEMPLATE),
        seed: Optional[int] = Input(default=None),
    ) -> AsyncConcatenateIterator[str]:
        start = time.time()
        async for result in self.engine.generate(prompt, None, str(uuid4())):
            yield result.outputs[0].text
        current_scope().record_metric("seconds", time.time() - start)
