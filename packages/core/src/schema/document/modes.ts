/** The two modes of the document: what is called what in each. */
export interface Mode {
  readonly name: "predict" | "train";
  readonly input: string;
  readonly output: string;
  readonly request: string;
  readonly response: string;
  readonly path: string;
  readonly idParameter: string;
  readonly idTitle: string;
  readonly summary: string;
  readonly description: string;
  readonly operation: string;
  readonly cancelOperation: string;
}

export const predictMode: Mode = {
  name: "predict",
  input: "Input",
  output: "Output",
  request: "PredictionRequest",
  response: "PredictionResponse",
  path: "/predictions",
  idParameter: "prediction_id",
  idTitle: "Prediction Id",
  summary: "Predict",
  description: "Run a single prediction on the model",
  operation: "predict_predictions_post",
  cancelOperation: "cancel_predictions__prediction_id__cancel_post",
};

export const trainMode: Mode = {
  name: "train",
  input: "TrainingInput",
  output: "TrainingOutput",
  request: "TrainingRequest",
  response: "TrainingResponse",
  path: "/trainings",
  idParameter: "training_id",
  idTitle: "Training Id",
  summary: "Train",
  description: "Run a single training on the model",
  operation: "train_trainings_post",
  cancelOperation: "cancel_trainings__training_id__cancel_post",
};
