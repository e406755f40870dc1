"""Learns to tell handwritten digits apart, from the 1,797 that come with scikit-learn."""

import tempfile

import joblib
from cog import Input, Path, current_scope
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC


def train(
    gamma: float = Input(description="How near two digits must be to count as alike: lower is farther", default=0.001, ge=0.0001, le=1),
    held_out: float = Input(description="Share of the digits kept back to measure with", default=0.2, ge=0.05, le=0.5),
) -> Path:
    """The weights, as a file."""
    images, labels = load_digits(return_X_y=True)
    learn, test, learn_labels, test_labels = train_test_split(images, labels, test_size=held_out, random_state=0)
    classifier = SVC(gamma=gamma, C=10).fit(learn, learn_labels)

    accuracy = float(classifier.score(test, test_labels))
    print(f"accuracy {accuracy:.3f} on {len(test)} digits it has not seen")
    current_scope().record_metric("accuracy", accuracy)

    weights = Path(tempfile.mkdtemp()) / "digits.joblib"
    joblib.dump(classifier, weights)
    return weights
