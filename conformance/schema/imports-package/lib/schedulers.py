MAX = 10 * 10
NAMES = ["ddim", "euler"]
