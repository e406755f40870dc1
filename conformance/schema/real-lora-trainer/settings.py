DEFAULT_RESOLUTION = ",".join(["512", "768", "1024"])
OPTIMIZERS = ["adamw8bit", "prodigy"] + ["lion"]
