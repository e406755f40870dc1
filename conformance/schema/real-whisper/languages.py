LANGUAGES = {
    "en": "english",
    "zh": "chinese",
    "de": "german",
}

TO_LANGUAGE_CODE = {
    **{language: code for code, language in LANGUAGES.items()},
    "mandarin": "zh",
}
