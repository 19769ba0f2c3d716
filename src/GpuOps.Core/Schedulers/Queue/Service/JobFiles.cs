using System.Globalization;

namespace GpuOps.Schedulers.Queue.Service;

/// <summary>Where a job has its files.</summary>
/// <param name="jobs">The folder of all jobs.</param>
/// <param name="id">The job's number.</param>
public sealed class JobFiles(string jobs, long id)
{
    /// <summary>The job's folder.</summary>
    public string Folder { get; } = Path.Combine(jobs, id.ToString(CultureInfo.InvariantCulture));

    /// <summary>What its starts wrote.</summary>
    public string Output => Path.Combine(Folder, "stdout.log");

    /// <summary>Its errors, unless they go where the output goes.</summary>
    public string Errors => Path.Combine(Folder, "stderr.log");

    /// <summary>Its script, where it has one.</summary>
    public string Script => Path.Combine(Folder, "script");

    /// <summary>Makes the folder, for its owner alone.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public void MakeFolder()
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(Folder);
        else
            Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Writes the script as it came.</summary>
    /// <param name="script">Its bytes.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void WriteScript(ReadOnlyMemory<byte> script)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        // Anew: a file that is being written cannot be run, and an earlier start may still run the old one.
        File.Delete(Script);
        using var file = new FileStream(Script, options);
        file.Write(script.Span);
    }

    /// <summary>Removes the folder and all in it.</summary>
    /// <exception cref="IOException">It cannot be removed.</exception>
    public void Remove()
    {
        if (Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
    }
}
