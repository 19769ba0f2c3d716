using GpuOps.Channels.Files;
using GpuOps.Errors;

namespace GpuOps.Schedulers.Slurm;

/// <summary>Reads what came to files since they were last looked at, many of them with one command.</summary>
/// <param name="files">The way to them.</param>
/// <param name="write">Takes what they have.</param>
/// <param name="failed">Told of a file that cannot be read; it is left alone then.</param>
internal sealed class SlurmLogLook(FileLooks files, Func<SlurmLogPiece, CancellationToken, Task> write, Action<SlurmJobId, GpuOpsException> failed)
{
    // A command's answer is held in memory as a whole.
    private const int MostFiles = 64, MostBytes = 4 << 20, LeastOfFile = 64 << 10, MostOfFile = 1 << 20;

    /// <summary>Looks once at each.</summary>
    /// <param name="logs">The files; those that are read to the end, or cannot be read, are taken out.</param>
    /// <param name="isThorough">Looks also where nothing is likely to have changed.</param>
    /// <param name="isDone">Whether no more is to come once nothing is left to read; asked before the look.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether there is more to read at once.</returns>
    public async Task<bool> RunAsync(List<SlurmLog> logs, bool isThorough, Predicate<SlurmLog> isDone, CancellationToken cancellationToken)
    {
        var hasMore = false;
        foreach (var some in logs.ToArray().Chunk(MostFiles))
        {
            var most = Math.Clamp(MostBytes / some.Length, LeastOfFile, MostOfFile);
            var done = some.Where(log => isDone(log)).ToHashSet();
            var looks = some.Select(log => log.File.Next(most, isThorough || log.IsEnding)).ToList();
            var sights = await files.LookAsync([.. looks.SelectMany(static own => own)], cancellationToken);
            var at = 0;
            for (var i = 0; i < some.Length; i++)
            {
                FileSight[] own = [.. sights.Skip(at).Take(looks[i].Count)];
                at += own.Length;
                if (await TakeAsync(some[i], own, cancellationToken) is not { } hasOwn)
                    logs.Remove(some[i]);
                else if (hasOwn)
                    hasMore = true;
                else if (done.Contains(some[i]))
                    Finish(logs, some[i]);
            }
        }

        return hasMore;
    }

    /// <summary>Null when it cannot be read.</summary>
    private async Task<bool?> TakeAsync(SlurmLog log, FileSight[] sights, CancellationToken cancellationToken)
    {
        try
        {
            var pieces = log.File.Take(sights);
            foreach (var piece in pieces)
                await write(log.PieceOf(piece), cancellationToken);
        }
        catch (GpuOpsException fault) when (fault.Id == "FileNotReadable")
        {
            failed(log.Job.Id, fault);
            return null;
        }

        if (!log.File.NeedsSiblings)
            return log.File.HasMore;
        return log.File.TakeSiblings(await files.SiblingsAsync(log.File.Path, cancellationToken)) || log.File.HasMore;
    }

    private void Finish(List<SlurmLog> logs, SlurmLog log)
    {
        logs.Remove(log);
        if (!log.File.WasSeen)
            failed(log.Job.Id, new GpuOpsException("SlurmLogNotFound", GpuOpsErrorKind.NotFound,
                $"The job {log.Job} ({log.Job.State}) has no log: there is no '{log.File.Path}'. One that was cancelled before it began leaves none, nor does one whose log's folder did not exist.", log.Job));
    }
}
