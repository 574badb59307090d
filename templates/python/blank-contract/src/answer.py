def answer(request):
    """What a user is told. The same on all nodes, or they do not agree: no time of day, no chance, nothing from outside."""
    return b"You said: " + request
