using System.Globalization;

namespace GpuOps.Probes.Amd;

/// <summary>
/// The compute processes on AMD GPUs as the kernel's compute driver lists them, other users' included, which the tools
/// show to root only: <c>/sys/class/kfd/kfd/proc/PID/vram_GPUID</c> holds bytes, <c>queues/*/gpuid</c> the GPUs that
/// work is queued for.
/// </summary>
internal sealed class KfdProcesses(string folder = "/sys/class/kfd/kfd/proc")
{
    public bool IsAvailable => Directory.Exists(folder);

    /// <returns>Processes by the GPU's KFD id. Opening the driver alone, as every tool does, is not using a GPU.</returns>
    public ILookup<uint, AmdProcess> Read()
    {
        var processes = new List<(uint Gpu, AmdProcess Process)>();
        foreach (var process in Entries(folder, "*"))
        {
            if (!int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
                continue;
            var memory = new Dictionary<uint, long>();
            foreach (var file in Entries(process, "vram_*"))
            {
                if (uint.TryParse(Path.GetFileName(file).AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var gpu)
                    && ReadNumber(file) is { } bytes and > 0)
                {
                    memory[gpu] = bytes;
                }
            }

            foreach (var queue in Entries(Path.Combine(process, "queues"), "*"))
            {
                if (ReadNumber(Path.Combine(queue, "gpuid")) is { } gpu and > 0 and <= uint.MaxValue)
                    memory.TryAdd((uint)gpu, 0);
            }

            processes.AddRange(memory.Select(use => (use.Key, new AmdProcess(pid, "", use.Value))));
        }

        return processes.ToLookup(use => use.Gpu, use => use.Process);
    }

    // A process may end while it is looked at.
    private static string[] Entries(string path, string pattern)
    {
        try
        {
            return Directory.GetFileSystemEntries(path, pattern);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static long? ReadNumber(string file)
    {
        try
        {
            return long.TryParse(File.ReadAllText(file).AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number
                : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
