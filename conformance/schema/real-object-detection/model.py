from typing import Dict, List, Optional

import cv2
from cog import BaseModel, BaseRunner, Input, Path
from schemas.detection import Detection, Summary
from ultralytics import YOLO


class Output(BaseModel):
    detections: List[Detection]
    summary: Summary
    annotated: Optional[Path] = None
    counts: Dict[str, int]


class Runner(BaseRunner):
    def setup(self):
        self.model = YOLO("yolov8x.pt")

    def run(
        self,
        image: Path = Input(description="Image"),
        conf: float = Input(description="Confidence", default=0.25, ge=0, le=1),
        iou: float = Input(description="IOU", default=0.45, ge=0, le=1),
        imgsz: int = Input(default=640, choices=[320, 416, 512, 608, 640]),
        classes: List[str] = Input(default=None, description="Only these"),
        return_json: bool = Input(description="Return results as json", default=False),
    ) -> Output:
        raise NotImplementedError
