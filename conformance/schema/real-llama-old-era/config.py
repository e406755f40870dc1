from transformers import T5Tokenizer

DEFAULT_MODEL_NAME = "llama-7b"
MAX_LENGTH = 500


def load_tokenizer():
    return T5Tokenizer.from_pretrained(DEFAULT_MODEL_NAME)
