namespace GpuOps.Probes.Fake;

/// <summary>
/// A made-up GPU. Memory in bytes, temperature in degrees Celsius, power in watts. Settable, because
/// the generated reader overwrites what a property begins with where it can only be initialised.
/// </summary>
internal sealed record FakeGpu
{
    public string Model { get; set; } = "Fake GPU";

    public string? Uuid { get; set; }

    public long? MemoryTotal { get; set; } = 16L << 30;

    public long? MemoryUsed { get; set; } = 0;

    public int? Utilization { get; set; } = 0;

    public int? Temperature { get; set; } = 30;

    public double? Power { get; set; } = 20;

    public IReadOnlyList<FakeProcess>? Processes { get; set; } = [];

    public string? Fault { get; set; }
}
