using GpuOps.Errors;
using GpuOps.Files;
using GpuOps.Pools.Reservations;

namespace GpuOps.Schedulers.Queue.Running;

/// <summary>Where a supervisor has its files, in the state folder of the queue.</summary>
/// <param name="folder">The state folder, absolute.</param>
public sealed class SupervisorFiles(string folder)
{
    /// <summary>The state folder.</summary>
    public string Folder => folder;

    /// <summary>Where it listens.</summary>
    public string Socket => Path.Combine(folder, "supervisor.sock");

    /// <summary>What it has to say.</summary>
    public string Log => Path.Combine(folder, "supervisor.log");

    /// <summary>Locked as long as it lives.</summary>
    internal string Lock => Path.Combine(folder, "supervisor.lock");

    /// <summary>The starts that have not ended, or whose end nobody has taken note of yet.</summary>
    internal string Running => Path.Combine(folder, "running");

    /// <summary>Tells processes of this queue's jobs from those of another's.</summary>
    internal string Instance => Path.Combine(folder, "instance");

    /// <summary>The folder of a start.</summary>
    /// <param name="id">The start.</param>
    internal string Of(RunId id) => Path.Combine(folder, "jobs", $"{id.Job}", $"{id.Start}");

    /// <summary>Makes the state folder, for this user alone.</summary>
    /// <exception cref="GpuOpsException"><c>StateFolderUnusable</c>, <c>SocketPathTooLong</c>.</exception>
    public void Prepare()
    {
        _ = QueueLocation.In(folder);
        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder, Private);
                File.SetUnixFileMode(folder, Private);
            }

            Directory.CreateDirectory(Running);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new GpuOpsException("StateFolderUnusable", GpuOpsErrorKind.NotAllowed, $"The state folder '{folder}' cannot be used: {fault.Message}", folder, fault);
        }
    }

    /// <summary>The name that tells this folder's jobs from others'; made at the first call.</summary>
    internal string ReadInstance()
    {
        if (!File.Exists(Instance))
        {
            DurableFile.Write(Instance, System.Text.Encoding.ASCII.GetBytes(ReservationIds.Next()));
        }

        return File.ReadAllText(Instance).Trim();
    }
}
