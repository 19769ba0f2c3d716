using System.Runtime.CompilerServices;
using GpuOps.Probes.Nvidia;

namespace GpuOps.Unit.Probes;

/// <summary>Plays the driver: hanging, lost GPUs, MIG, and growing process lists.</summary>
internal sealed class PlayedNvml : INvmlLibrary
{
    private readonly List<PlayedGpu> _handles = [];

    public List<PlayedGpu> Gpus { get; init; } = [];

    /// <summary>What the next calls of Initialize and GetDeviceCount answer before they succeed.</summary>
    public Queue<NvmlReturn> InitializeAnswers { get; } = new();

    public Queue<NvmlReturn> CountAnswers { get; } = new();

    public int Initialized { get; private set; }

    /// <summary>Runs before each try to read processes.</summary>
    public Action<int, int> OnProcesses { get; set; } = (_, _) => { };

    public Action OnCount { get; set; } = () => { };

    public NvmlReturn Initialize()
    {
        Initialized++;
        return InitializeAnswers.TryDequeue(out var answer) ? answer : NvmlReturn.Success;
    }

    public NvmlReturn GetDeviceCount(out uint count)
    {
        OnCount();
        count = (uint)Gpus.Count;
        return CountAnswers.TryDequeue(out var answer) ? answer : NvmlReturn.Success;
    }

    public NvmlReturn GetDevice(uint index, out nint device)
    {
        device = Handle(Gpus[(int)index]);
        return Gpus[(int)index].Answers.GetValueOrDefault(nameof(GetDevice));
    }

    public NvmlReturn GetUuid(nint device, out string uuid) => Answer(device, gpu => gpu.Uuid, "", out uuid);

    public NvmlReturn GetName(nint device, out string name) => Answer(device, gpu => gpu.Name, "", out name);

    public NvmlReturn GetMemory(nint device, out NvmlMemory memory) =>
        Answer(device, gpu => new() { Total = gpu.Memory.Total, Used = gpu.Memory.Used + gpu.Memory.Reserved }, default, out memory);

    public NvmlReturn GetMemoryV2(nint device, out NvmlMemoryV2 memory) => Answer(device, gpu => gpu.Memory, default, out memory);

    public NvmlReturn GetUtilization(nint device, out NvmlUtilization utilization) =>
        Answer(device, gpu => new() { Gpu = gpu.Utilization }, default, out utilization);

    public NvmlReturn GetTemperature(nint device, out uint temperature) => Answer(device, gpu => gpu.Temperature, 0u, out temperature);

    public NvmlReturn GetPower(nint device, out uint power) => Answer(device, gpu => gpu.Power, 0u, out power);

    public NvmlReturn GetComputeProcesses(nint device, int version, Span<NvmlProcessInfo> processes, out uint count)
    {
        OnProcesses(version, processes.Length);
        var gpu = _handles[(int)device - 1];
        count = (uint)gpu.Processes.Count;
        if (gpu.Answers.TryGetValue($"{nameof(GetComputeProcesses)}{version}", out var answer))
            return answer;
        if (count > processes.Length)
            return NvmlReturn.InsufficientSize;
        gpu.Processes.CopyTo(processes);
        return NvmlReturn.Success;
    }

    public NvmlReturn GetMigMode(nint device, out uint current)
    {
        var answer = Answer(device, gpu => gpu.Instances, null, out var instances);
        current = instances is null ? 0u : 1u;
        return answer != NvmlReturn.Success || instances is not null ? answer : NvmlReturn.NotSupported;
    }

    public NvmlReturn GetMaxMigDeviceCount(nint device, out uint count) =>
        Answer(device, gpu => (uint)gpu.Instances!.Count, 0u, out count);

    public NvmlReturn GetMigDevice(nint device, uint index, out nint instance)
    {
        instance = _handles[(int)device - 1].Instances![(int)index] is { } gpu ? Handle(gpu) : 0;
        return instance == 0 ? NvmlReturn.NotFound : NvmlReturn.Success;
    }

    private nint Handle(PlayedGpu gpu)
    {
        if (!_handles.Contains(gpu))
            _handles.Add(gpu);
        return _handles.IndexOf(gpu) + 1;
    }

    private NvmlReturn Answer<T>(nint device, Func<PlayedGpu, T> read, T nothing, out T value, [CallerMemberName] string call = "")
    {
        var gpu = _handles[(int)device - 1];
        var answer = gpu.Answers.GetValueOrDefault(call);
        value = answer == NvmlReturn.Success ? read(gpu) : nothing;
        return answer;
    }
}
