using System.Globalization;

namespace GpuOps.Schedulers.Queue.Running;

/// <summary>What a supervisor is started with.</summary>
/// <param name="Folder">The state folder of the queue, absolute.</param>
public sealed record SupervisorOptions(string Folder)
{
    /// <summary>How long it lives when no job runs and no service is connected; null for half a minute.</summary>
    public TimeSpan? Patience { get; init; }

    /// <summary>The arguments that say so to <c>gpuops-server</c>.</summary>
    public IReadOnlyList<string> Arguments =>
    [
        "supervise", "--folder", Folder,
        .. Patience is { } patience ? new[] { "--patience", string.Create(CultureInfo.InvariantCulture, $"{patience.TotalMilliseconds:F0}ms") } : [],
    ];
}
