"""What everything else stands on: folders, writing files, progress bars, libraries, command lines.

Nothing here knows MNIST, notebooks' contents or networks. :mod:`digits.basics.workspace` says where things lie and
writes them whole or not at all.
"""
