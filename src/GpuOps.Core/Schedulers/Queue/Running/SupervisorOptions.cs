namespace GpuOps.Schedulers.Queue.Running;

/// <summary>What a supervisor is started with.</summary>
/// <param name="Folder">The state folder of the queue, absolute.</param>
public sealed record SupervisorOptions(string Folder)
{
    /// <summary>The pool of the jobs' GPUs: a backend's name or URI; null for the default one.</summary>
    public string? Pool { get; init; }
}
