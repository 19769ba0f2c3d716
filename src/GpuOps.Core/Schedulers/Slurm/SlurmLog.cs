using GpuOps.Channels.Files;

namespace GpuOps.Schedulers.Slurm;

/// <summary>One file of a log that is being read, and the jobs that write to it.</summary>
/// <param name="path">The file.</param>
/// <param name="stream">What is in it.</param>
/// <param name="job">The first job that writes to it.</param>
/// <param name="start">Where to begin, in bytes.</param>
internal sealed class SlurmLog(string path, GpuJobLogKind stream, SlurmJob job, long start)
{
    private readonly HashSet<SlurmJobId> _seen = [], _running = [];
    private long? _ended;

    /// <summary>How far it was read.</summary>
    public FollowedFile File { get; } = new(path, start);

    /// <summary>The first job that writes to it, as last seen.</summary>
    public SlurmJob Job { get; private set; } = job;

    /// <summary>Whether nobody writes to it any more.</summary>
    public bool IsEnding => _running.Count == 0;

    /// <summary>Takes the state of a job that writes to it.</summary>
    /// <param name="seen">The job.</param>
    /// <param name="now">The clock's time stamp.</param>
    /// <returns>Whether it is one that was not seen writing to it before.</returns>
    public bool Take(SlurmJob seen, long now)
    {
        if (seen.Id == Job.Id)
            Job = seen;
        if (!seen.IsFinished)
            _running.Add(seen.Id.Job);
        else if (_running.Remove(seen.Id.Job))
            _ended = now;
        return _seen.Add(seen.Id.Job);
    }

    /// <summary>Takes that jobs which were there before are no longer known.</summary>
    /// <param name="known">Those that are.</param>
    /// <param name="now">The clock's time stamp.</param>
    public void Forget(IReadOnlySet<SlurmJobId> known, long now)
    {
        if (_running.RemoveWhere(id => !known.Contains(id)) > 0)
            _ended = now;
    }

    /// <summary>Whether it ended so long ago that what was written last has arrived; at once when it had ended before it was first seen.</summary>
    /// <param name="settling">How long that takes.</param>
    /// <param name="time">The clock.</param>
    public bool HasSettled(TimeSpan settling, TimeProvider time) => IsEnding && (_ended is not { } ended || time.GetElapsedTime(ended) >= settling);

    /// <summary>Bytes of it, with whose they are.</summary>
    /// <param name="piece">The bytes.</param>
    public SlurmLogPiece PieceOf(FilePiece piece) => new(Job, stream, path, piece.Bytes, piece.IsNew);
}
