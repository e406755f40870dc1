def streaming(function):
    return function


def concurrent(n):
    return lambda function: function
