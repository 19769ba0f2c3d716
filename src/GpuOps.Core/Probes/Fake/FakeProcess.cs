namespace GpuOps.Probes.Fake;

/// <summary>A process on a made-up GPU. Without a user or a name the real process of that id is asked.</summary>
internal sealed record FakeProcess
{
    public required int Pid { get; init; }

    public string? User { get; init; }

    public string? Name { get; init; }

    public long? MemoryUsed { get; init; }
}
