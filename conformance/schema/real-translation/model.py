import json
from typing import List

from cog import BaseModel, BaseRunner, Input, Path, Secret
from languages import LANGUAGE_NAMES, TASKS, LanguageCode


class Translation(BaseModel):
    text: str
    audio: Path = None


class Runner(BaseRunner):
    def run(
        self,
        task_name: str = Input(description="Choose a task", choices=TASKS, default=TASKS[0]),
        input_audio: Path = Input(description="Provide input file", default=None),
        input_text: str = Input(default=None),
        input_language: str = Input(choices=["None"] + LANGUAGE_NAMES, default="None"),
        target_language: LanguageCode = LanguageCode.ENGLISH,
        max_input_audio_length: float = Input(default=60),
    ) -> Translation:
        return Translation(text="")
