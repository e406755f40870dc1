# flake8: noqa
# This file is used for deploying
import os

os.system('echo installing > /dev/null')

import cv2
import torch

try:
    from cog import BasePredictor, Input, Path
    from gfpgan import GFPGANer
except Exception:
    print('please install cog and the package')

class Predictor(BasePredictor):

    def setup(self):
        os.makedirs('output', exist_ok=True)

    def set_weights(self, version, scale=2):
        self.current_version = version

    def predict(
            self,
            img: Path = Input(description='Input'),
            version: str = Input(
                description='Version. v1.3: better quality. v1.4: more details and better identity.',
                choices=['v1.2', 'v1.3', 'v1.4', 'RestoreFormer'],
                default='v1.4'),
            scale: float = Input(description='Rescaling factor', default=2),
    ) -> Path:
        return img
