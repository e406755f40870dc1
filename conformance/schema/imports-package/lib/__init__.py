from .models import Caption

DEFAULT_STEPS = 20
