using System.Globalization;

namespace GpuOps.Schedulers.Queue.Health;

/// <summary>Looks how well a host is. A look reads some small files and never waits for long.</summary>
/// <param name="folder">The service's folder, whose disk counts.</param>
/// <param name="time">The clock.</param>
public sealed class HostHealth(string folder, TimeProvider time)
{
    // From here on a host has plenty: a tenth free, or so much that no share matters.
    private const double PlentyShare = 0.1, PlentyDisk = 50L << 30, PlentyMemory = 16L << 30;

    // Processes for a core: one is busy and well, and at four each waits most of the time.
    private const double BusyLoad = 1, FullLoad = 4;

    // A tenth of the packets lost is a network that hardly works.
    private const double WorstLoss = 0.1;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private NetworkCounters _network;

    /// <summary>Looks.</summary>
    /// <param name="trouble">What keeps jobs from being started; null when nothing does.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<GpuServerHealth> ReadAsync(string? trouble, CancellationToken cancellationToken) => new()
    {
        Parts =
        [
            new GpuServerHealthPart("Service", trouble is null ? 100 : 0, trouble ?? "Jobs are started."),
            await DiskAsync(cancellationToken),
            Memory(Read("/proc/meminfo")),
            Cpu(Read("/proc/loadavg"), Environment.ProcessorCount),
            Network(Read("/proc/net/dev")),
        ],
        Time = time.GetLocalNow().DateTime,
    };

    /// <summary>What is free of something, as a score.</summary>
    internal static int ScoreOf(double free, double total, double plenty) =>
        total <= 0 ? 0 : (int)Math.Round(100 * Math.Clamp(Math.Max(free / total / PlentyShare, free / plenty), 0, 1));

    internal static GpuServerHealthPart Memory(string text) => MemoryInfo.Parse(text) is { } memory
        ? new("Memory", ScoreOf(memory.Available, memory.Total, PlentyMemory), $"{Size(memory.Available)} of {Size(memory.Total)} available.")
        : new("Memory", 0, "The system does not say how much memory is available.");

    internal static GpuServerHealthPart Cpu(string text, int cores)
    {
        if (!double.TryParse(text.Split(' ')[0], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var load))
            return new("Cpu", 0, "The system does not say its load.");
        var each = load / Math.Max(1, cores);
        return new("Cpu", (int)Math.Round(100 * Math.Clamp((FullLoad - each) / (FullLoad - BusyLoad), 0, 1)),
            string.Create(CultureInfo.InvariantCulture, $"Load {load:0.0} on {cores} cores."));
    }

    internal GpuServerHealthPart Network(string text)
    {
        var now = NetworkCounters.Parse(text);
        NetworkCounters since;
        lock (_gate)
            (since, _network) = (now.Since(_network), now);
        var loss = since.Lost / (double)Math.Max(1, since.Packets);
        return new("Network", (int)Math.Round(100 * Math.Clamp(1 - (loss / WorstLoss), 0, 1)),
            $"{since.Lost} of {since.Packets} packets lost since the look before.");
    }

    /// <summary>A network disk that hangs does not keep the answer.</summary>
    private async Task<GpuServerHealthPart> DiskAsync(CancellationToken cancellationToken)
    {
        try
        {
            var disk = await Task.Run(() => new DriveInfo(folder), CancellationToken.None).WaitAsync(Patience, time, cancellationToken);
            var (free, total) = await Task.Run(() => (disk.AvailableFreeSpace, disk.TotalSize), CancellationToken.None).WaitAsync(Patience, time, cancellationToken);
            return new("Disk", ScoreOf(free, total, PlentyDisk), $"{Size(free)} of {Size(total)} free at {folder}.");
        }
        catch (Exception fault) when (fault is TimeoutException or IOException or UnauthorizedAccessException)
        {
            return new("Disk", 0, $"The disk of {folder} does not answer: {fault.Message}");
        }
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string Size(double bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1L << 30):0.0} GB");
}
