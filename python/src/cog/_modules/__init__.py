"""The implementation behind the public names of ``cog``. Nothing here is public."""
