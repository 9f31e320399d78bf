"""One thread in a process that is one of several."""

__all__ = ["use_one_thread"]


def use_one_thread() -> None:
    """
    Keep torch, SimpleITK, BLAS and OpenMP to one thread in this process, until it ends.

    Processes that work side by side, a core each, only wait for each other's threads; and sums that are split in
    threads differ in the last digit from those that are not.
    """
    # Here, since whoever only looks for a bundle does without them.
    import SimpleITK as sitk
    import torch
    from threadpoolctl import threadpool_limits

    torch.set_num_threads(1)
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    threadpool_limits(1)
