from cog import concurrent


@concurrent(4)
async def a() -> str:
    return ""


@concurrent(max=2.0)
async def b() -> str:
    return ""
