"""PyTorch, in three ways: contenders of benchmarks/run.py. PyTorch is imported where it is used: it may be missing."""

import numpy as np
from clock import Clock, Data, Task


def _torch_network(task: Task, compiled: bool = False):
    import torch
    from torch import nn

    torch.manual_seed(task.seed)
    if task.network == "dense":
        layers = [nn.Linear(784, task.width), nn.ReLU(), nn.Linear(task.width, 10)]
    else:
        layers = [
            nn.Unflatten(1, (1, 28, 28)),
            nn.Conv2d(1, 16, 3),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(800, 100),
            nn.ReLU(),
            nn.Linear(100, 10),
        ]
    model = nn.Sequential(*layers)
    optimizer, loss = torch.optim.Adam(model.parameters()), nn.CrossEntropyLoss()
    if compiled:
        model = torch.compile(model)

    def step(images, labels):
        optimizer.zero_grad()
        loss(model(images), labels).backward()
        optimizer.step()

    def predict(images):
        with torch.no_grad():
            parts = torch.from_numpy(images).split(1000)
            return torch.cat([model(part) for part in parts]).numpy()

    return step, predict


def torch_loader(data: Data, task: Task, clock: Clock):
    """The loop of PyTorch's own tutorials, over a DataLoader."""
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    step, predict = _torch_network(task)
    dataset = TensorDataset(
        torch.from_numpy(data.images), torch.from_numpy(data.labels.astype(np.int64))
    )
    loader = DataLoader(dataset, batch_size=task.batch_size, shuffle=True)
    clock.start()
    for _ in range(task.epochs):
        for images, labels in loader:
            step(images, labels)
        if clock.tick(predict):
            break
    return predict


def torch_slices(data: Data, task: Task, clock: Clock, compiled: bool = False):
    """PyTorch without the DataLoader: all images in one tensor, from which each batch takes its rows."""
    import torch

    step, predict = _torch_network(task, compiled)
    images = torch.from_numpy(data.images)
    labels = torch.from_numpy(data.labels.astype(np.int64))
    clock.start()
    for _ in range(task.epochs):
        for rows in torch.randperm(len(images)).split(task.batch_size):
            step(images[rows], labels[rows])
        if clock.tick(predict):
            break
    return predict


def torch_compiled(data: Data, task: Task, clock: Clock):
    """The same, with the network compiled by ``torch.compile``."""
    return torch_slices(data, task, clock, compiled=True)
