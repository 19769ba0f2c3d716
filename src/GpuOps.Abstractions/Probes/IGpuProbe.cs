namespace GpuOps.Probes;

/// <summary>Sees the GPUs of the host it runs on.</summary>
public interface IGpuProbe
{
    /// <summary>Whose GPUs it sees.</summary>
    Pools.GpuProvider Provider { get; }

    /// <summary>Reads all GPUs at once. Never takes longer than the probe's time limit.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The GPUs in index order, MIG instances in place of the GPU they divide; empty when there are none.</returns>
    /// <exception cref="Errors.GpuOpsException">The driver is there but does not answer; the message says which and why.</exception>
    Task<IReadOnlyList<GpuTelemetry>> ReadAsync(CancellationToken cancellationToken);
}
