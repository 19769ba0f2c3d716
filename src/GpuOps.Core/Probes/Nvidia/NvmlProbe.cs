using GpuOps.Errors;
using GpuOps.Pools;

namespace GpuOps.Probes.Nvidia;

/// <summary>Sees NVIDIA GPUs through NVML, the driver's own library.</summary>
internal sealed class NvmlProbe(INvmlLibrary nvml, ProcessOwners owners, TimeSpan timeLimit, TimeProvider timeProvider) : IGpuProbe
{
    private readonly DriverThread _driver = new("NVIDIA", timeLimit, timeProvider);
    private readonly NvmlReader _reader = new(nvml, owners);

    // Touched on the driver's thread only.
    private bool _initialized;

    public GpuProvider Provider => GpuProvider.Nvidia;

    public Task<IReadOnlyList<GpuTelemetry>> ReadAsync(CancellationToken cancellationToken) =>
        _driver.RunAsync(Read, cancellationToken);

    private IReadOnlyList<GpuTelemetry> Read()
    {
        if (!Initialize())
            return [];
        var answer = nvml.GetDeviceCount(out var count);
        if (answer == NvmlReturn.Uninitialized)
        {
            // The process forked, or somebody else in it shut NVML down.
            _initialized = false;
            if (!Initialize())
                return [];
            answer = nvml.GetDeviceCount(out count);
        }

        return answer == NvmlReturn.Success ? _reader.Read(count) : throw Failed(answer);
    }

    /// <returns>False when no NVIDIA driver is loaded.</returns>
    private bool Initialize()
    {
        if (_initialized)
            return true;
        var answer = nvml.Initialize();
        if (answer is NvmlReturn.DriverNotLoaded or NvmlReturn.LibraryNotFound or NvmlReturn.GpuNotFound or NvmlReturn.FunctionNotFound)
            return false;
        return _initialized = answer == NvmlReturn.Success ? true : throw Failed(answer);
    }

    private static GpuOpsException Failed(NvmlReturn answer) => new(
        "GpuDriverFailed",
        GpuOpsErrorKind.Unreachable,
        $"The NVIDIA driver cannot be read: {NvmlErrors.Describe(answer)}.",
        answer.ToString());
}
