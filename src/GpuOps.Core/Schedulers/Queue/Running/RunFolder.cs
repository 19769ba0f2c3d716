using System.Runtime.InteropServices;
using System.Text.Json;
using GpuOps.Files;

namespace GpuOps.Schedulers.Queue.Running;

/// <summary>What is on the disk of a start: its folder, which can be made only once, and how it ended.</summary>
/// <param name="files">The supervisor's files.</param>
/// <param name="id">The start.</param>
internal sealed partial class RunFolder(SupervisorFiles files, RunId id)
{
    private const uint Mode = 0b111_000_000;
    private const int Exists = 17;

    private readonly string _folder = files.Of(id);
    private readonly string _record = Path.Combine(files.Running, $"{id}.json");

    private string ExitFile => Path.Combine(_folder, "exit.json");

    /// <summary>Makes the folder; false when it was made before.</summary>
    /// <exception cref="IOException">It cannot be made: the disk is full, say.</exception>
    public bool TryMake()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder)!);
        if (Make(_folder, Mode) == 0)
        {
            return true;
        }

        var error = Marshal.GetLastPInvokeError();
        return error == Exists ? false : throw new IOException($"'{_folder}' cannot be made: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    /// <summary>Writes down that it runs, for the next supervisor.</summary>
    /// <param name="record">What is known of it.</param>
    public void Record(StartRecord record)
    {
        var temporary = _record + ".new";
        File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(record, SupervisorJson.Default.StartRecord));
        File.Move(temporary, _record, overwrite: true);
    }

    /// <summary>What was written down of it while it ran; null for nothing that makes sense.</summary>
    public StartRecord? ReadRecord() => Read(_record, SupervisorJson.Default.StartRecord);

    /// <summary>How it ended, as it was written down; null when nobody did.</summary>
    public SupervisedRun? ReadEnd() => Read(ExitFile, SupervisorJson.Default.SupervisedRun);

    /// <summary>Writes down how it ended; it is on the disk when this returns.</summary>
    /// <param name="run">How it ended.</param>
    public void WriteEnd(SupervisedRun run) =>
        DurableFile.Write(ExitFile, JsonSerializer.SerializeToUtf8Bytes(run, SupervisorJson.Default.SupervisedRun));

    /// <summary>Whoever has to know of its end knows it: the next supervisor need not tell of it.</summary>
    public void ForgetRecord() => File.Delete(_record);

    private static T? Read<T>(string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "mkdir", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Make(string path, uint mode);
}
