from cog import concurrent

MANY = 4


@concurrent(max=MANY)
async def a() -> str:
    return ""


@concurrent(max=0)
async def b() -> str:
    return ""
