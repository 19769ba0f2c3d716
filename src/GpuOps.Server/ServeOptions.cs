namespace GpuOps.Server;

/// <summary>What the service is started with.</summary>
/// <param name="Folder">The state folder, absolute.</param>
internal sealed record ServeOptions(string Folder)
{
    /// <summary>The pool of the jobs' GPUs as it was named: a backend's name or URI; null for the default.</summary>
    public string? Pool { get; init; }

    /// <summary>The pool as it is called.</summary>
    public string PoolName { get; init; } = "";

    /// <summary>How many CPUs the jobs without GPUs may take together.</summary>
    public int Cpus { get; init; } = Environment.ProcessorCount;
}
