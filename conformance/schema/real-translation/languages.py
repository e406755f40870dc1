from enum import Enum

S2ST, T2TT = "S2ST (speech to speech)", "T2TT (text to text)"
TASKS = [
    "S2ST (speech to speech)",
    "T2TT (text to text)",
]

language_code_to_name = {
    "afr": "Afrikaans",
    "deu": "German",
    "eng": "English",
}
LANGUAGE_NAMES = sorted(language_code_to_name.values())


class LanguageCode(Enum):
    GERMAN = "deu"
    ENGLISH = "eng"
