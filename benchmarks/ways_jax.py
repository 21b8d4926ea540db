"""JAX, in two ways, and Keras on JAX: contenders of benchmarks/run.py. JAX may be missing: each imports it."""

import itertools
import os
from functools import partial

import numpy as np
import ways_keras
from clock import SEEDS_AT_ONCE, Clock, Data, Task

# The series computes on the processor, also where there is a GPU.
os.environ.setdefault("JAX_PLATFORMS", "cpu")


def _epoch_of(task: Task):
    """A dense network with the Adam of JAX's own examples: its start from a seed, an epoch, and its answers."""
    import jax
    import jax.numpy as jnp
    from jax.example_libraries import optimizers

    begin, update, parameters_of = optimizers.adam(1e-3)
    sizes = [784, task.width, 10]

    def scores(parameters, images):
        (first, first_bias), (second, second_bias) = parameters
        return jax.nn.relu(images @ first + first_bias) @ second + second_bias

    def loss(parameters, images, labels):
        logarithms = jax.nn.log_softmax(scores(parameters, images))
        return -jnp.mean(jnp.take_along_axis(logarithms, labels[:, None], axis=1))

    def start(seed):
        glorot = jax.nn.initializers.glorot_uniform()
        keys = jax.random.split(jax.random.key(seed), len(sizes) - 1)
        layers = zip(keys, itertools.pairwise(sizes), strict=True)
        return begin([(glorot(key, shape), jnp.zeros(shape[1])) for key, shape in layers])

    def epoch(state, order, images, labels):
        """Train on the images in this order; the state after it, step counter included."""

        def step(carry, rows):
            count, state = carry
            gradient = jax.grad(loss)(parameters_of(state), images[rows], labels[rows])
            return (count + 1, update(count, gradient, state)), None

        whole = len(order) // task.batch_size * task.batch_size
        batches = order[:whole].reshape(-1, task.batch_size)
        carry, _ = jax.lax.scan(step, state, batches)
        return step(carry, order[whole:])[0] if whole < len(order) else carry

    predict = jax.jit(lambda state, images: scores(parameters_of(state), images))
    return start, epoch, predict


def jax_scan(data: Data, task: Task, clock: Clock):
    """One run, a whole epoch in one ``lax.scan``."""
    import jax

    start, epoch, predict = _epoch_of(task)
    compiled = jax.jit(epoch, donate_argnums=0)
    carry = (0, start(task.seed))
    images, labels = jax.device_put((data.images, data.labels.astype(np.int32)))
    generator = np.random.default_rng(task.seed)

    def ask(images):
        return np.asarray(predict(carry[1], images))

    clock.start()
    for _ in range(task.epochs):
        order = generator.permutation(len(data.images)).astype(np.int32)
        carry = jax.block_until_ready(compiled(carry, order, images, labels))
        if clock.tick(ask):
            break
    return ask


def jax_vmap(data: Data, task: Task, clock: Clock):
    """Four runs from four seeds in one ``vmap`` of that scan: seconds are per run."""
    import jax
    import jax.numpy as jnp

    start, epoch, predict = _epoch_of(task)
    together = jax.vmap(epoch, in_axes=(0, 0, None, None))
    compiled = jax.jit(together, donate_argnums=0)
    seeds = jnp.arange(task.seed, task.seed + SEEDS_AT_ONCE)
    carry = (jnp.zeros(SEEDS_AT_ONCE, int), jax.vmap(start)(seeds))
    images, labels = jax.device_put((data.images, data.labels.astype(np.int32)))
    generators = [np.random.default_rng(int(seed)) for seed in seeds]
    clock.start()
    for _ in range(task.epochs):
        orders = [one.permutation(len(data.images)).astype(np.int32) for one in generators]
        carry = jax.block_until_ready(compiled(carry, np.stack(orders), images, labels))
        clock.tick(lambda images: np.zeros(len(images)))
    clock.seconds = [seconds / SEEDS_AT_ONCE for seconds in clock.seconds]
    first = jax.tree.map(partial(jnp.take, indices=0, axis=0), carry[1])
    return lambda images: np.asarray(predict(first, images))


def keras_on_jax(data: Data, task: Task, clock: Clock):
    """``model.fit`` as Keras's own examples call it, with JAX beneath."""
    os.environ["KERAS_BACKEND"] = "jax"
    return ways_keras.keras_default(data, task, clock)
