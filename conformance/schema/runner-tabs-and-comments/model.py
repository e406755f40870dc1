# -*- coding: utf-8 -*-
"""Module docstring with "quotes"."""
from cog import BaseRunner, Input  # both


class Runner(BaseRunner):
	# tabs
	def run(
		self,
		# a comment between
		text: str = Input(  # why not
			description="x",  # here
			default="y",
		),  # trailing
		*,
		n: int = 1,  # last
	) -> str:  # end
		return text
