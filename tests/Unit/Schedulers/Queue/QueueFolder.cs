using GpuOps.Schedulers;
using GpuOps.Schedulers.Queue.Store;

namespace GpuOps.Unit.Schedulers.Queue;

/// <summary>A state folder of a queue, in memory-backed storage where there is some.</summary>
public sealed class QueueFolder : IDisposable
{
    public QueueFolder() => Directory.CreateDirectory(Path);

    public string Path { get; } = System.IO.Path.Combine(
        Directory.Exists("/dev/shm") ? "/dev/shm" : System.IO.Path.GetTempPath(), $"gpuops-queue-{Guid.NewGuid():N}");

    public QueueStoreOptions Options => new(System.IO.Path.Combine(Path, "queue"));

    public static GpuJobRequest Job(string name = "job") => new() { Name = name, Arguments = ["true"], WorkFolder = "/tmp" };

    public QueueStore Open(TimeProvider? time = null) => QueueStore.Open(Options with { Time = time ?? TimeProvider.System });

    /// <summary>The folder as a machine that lost its power at this moment would find it, all files at once.</summary>
    public QueueFolder Copy()
    {
        var copy = new QueueFolder();
        Directory.CreateDirectory(copy.Options.Folder);
        foreach (var file in Directory.EnumerateFiles(Options.Folder).Where(file => !file.EndsWith("-shm", StringComparison.Ordinal) && file != Options.LockFile))
            File.Copy(file, System.IO.Path.Combine(copy.Options.Folder, System.IO.Path.GetFileName(file)));
        return copy;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
