using System.Globalization;
using GpuOps.Errors;
using GpuOps.Pools;

namespace GpuOps.Probes.Fake;

/// <summary>Sees GPUs that do not exist, for trials and tests.</summary>
/// <param name="path">The JSON file that describes them, read anew at every look; null for idle ones.</param>
/// <param name="count">How many idle ones there are without a file.</param>
/// <param name="timeLimit">How long the made-up driver may take.</param>
/// <param name="owners">Names the owners of processes the file does not name.</param>
/// <param name="timeProvider">The clock of the driver's delay.</param>
internal sealed class FakeProbe(string? path, int count, TimeSpan timeLimit, ProcessOwners owners, TimeProvider timeProvider) : IGpuProbe
{
    public GpuProvider Provider => GpuProvider.Fake;

    public static IGpuProbe Open(ProbeOptions options, TimeProvider timeProvider) =>
        new FakeProbe(options.FakePath, options.FakeCount, options.TimeLimit, new(), timeProvider);

    public async Task<IReadOnlyList<GpuTelemetry>> ReadAsync(CancellationToken cancellationToken)
    {
        if (path is null)
            return [.. Enumerable.Range(0, count).Select(index => Describe(index, new()))];
        var file = await FakeGpuFile.ReadAsync(path, cancellationToken);
        await AnswerAsync(file.Hang ? TimeSpan.MaxValue : TimeSpan.FromMilliseconds(file.DelayMs), cancellationToken);
        return [.. file.Gpus.Select((gpu, index) => Describe(index, gpu))];
    }

    private async Task AnswerAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        if (delay <= TimeSpan.Zero)
            return;
        await Task.Delay(delay < timeLimit ? delay : timeLimit, timeProvider, cancellationToken);
        if (delay >= timeLimit)
        {
            throw new GpuOpsException(
                "GpuDriverTimeout",
                GpuOpsErrorKind.Timeout,
                $"The made-up driver has not answered for {timeLimit.TotalSeconds:0.###} s, as '{path}' says.",
                path);
        }
    }

    private GpuTelemetry Describe(int index, FakeGpu gpu)
    {
        var name = index.ToString(CultureInfo.InvariantCulture);
        return new()
        {
            Index = index,
            Device = name,
            Uuid = gpu.Uuid ?? $"FAKE-{name}",
            Model = gpu.Model,
            MemoryTotal = gpu.MemoryTotal,
            MemoryUsed = gpu.MemoryUsed,
            Utilization = gpu.Utilization,
            Temperature = gpu.Temperature,
            Power = gpu.Power,
            Processes = gpu.Processes?.Select(Describe).ToList(),
            Fault = gpu.Fault,
        };
    }

    private GpuProcess Describe(FakeProcess process)
    {
        var real = process is { User: not null, Name: not null } ? null : owners.Describe(process.Pid, process.MemoryUsed);
        return new(process.Pid, process.User ?? real!.User, process.Name ?? real!.Name, process.MemoryUsed);
    }
}
