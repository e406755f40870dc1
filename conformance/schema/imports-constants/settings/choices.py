CHOICES = ["x"]
CHOICES += ["y"]
