"""Answers questions about pictures, as models looked in the first years."""
import sys

import torch
from PIL import Image
from torchvision import transforms
from cog import BasePredictor, Path, Input

sys.path.insert(0, "models")

class Predictor(BasePredictor):
    def setup(self):
        self.device = "cuda:0"

        self.models = {'image_captioning': None, 'visual_question_answering': None}

    def predict(
        self,
        image: Path = Input(
            description="Input image",
        ),
        task: str = Input(
            choices=['image_captioning', 'visual_question_answering', 'image_text_matching'],
            default='image_captioning',
            description="Choose a task.",
        ),
        question: str = Input(
            default=None,
            description="Type question for the input image for visual question answering task.",
        ),
        caption: str = Input(
            default=None,
            description="Type caption for the input image for image text matching task.",
        ),
    ) -> str:
        if task == 'visual_question_answering':
            assert question is not None, 'Please type a question for visual question answering task.'
        return 'Caption: ' + task
