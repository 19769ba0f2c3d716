using System.Security.Cryptography;
using GpuOps.Errors;

namespace GpuOps.Schedulers.Slurm;

/// <summary>The words in jobs' comments that no others have: by them one finds jobs of which nobody can say whether sbatch took them.</summary>
/// <param name="find">Finds one's own jobs that have any of some words in their comments.</param>
/// <param name="cancel">Ends jobs.</param>
/// <param name="time">The clock.</param>
internal sealed class SlurmTags(
    Func<IReadOnlyCollection<string>, CancellationToken, Task<Dictionary<string, SlurmJobId>>> find,
    Func<IReadOnlyList<SlurmJobId>, CancellationToken, Task> cancel,
    TimeProvider time)
{
    private const int Looks = 5, Length = 16;
    private const string Mark = "gpuops:";

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1), CleanupTime = TimeSpan.FromSeconds(20);

    /// <summary>A new one.</summary>
    public static string Next() => Mark + RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz0123456789", Length);

    /// <summary>Looks for jobs a few times, with a moment between, until all are found.</summary>
    /// <param name="tags">Their words.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Those that were found.</returns>
    public async Task<Dictionary<string, SlurmJobId>> FindAsync(IReadOnlyCollection<string> tags, CancellationToken cancellationToken)
    {
        Dictionary<string, SlurmJobId> found = [];
        for (var look = 0; look < Looks; look++)
        {
            try
            {
                found = await find(tags, cancellationToken);
            }
            catch (GpuOpsException)
            {
                // Neither can it be asked just now.
            }

            if (found.Count == tags.Count)
                break;
            await Task.Delay(BetweenLooks, time, cancellationToken);
        }

        return found;
    }

    /// <summary>Ends jobs that sbatch may have taken, or may be about to: what was just ended may have been heard a moment before.</summary>
    /// <param name="tags">Their words.</param>
    public async Task TakeBackAsync(IReadOnlyCollection<string> tags)
    {
        using var limit = new CancellationTokenSource(CleanupTime);
        try
        {
            List<string> open = [.. tags];
            for (var look = 0; look < Looks && open.Count > 0; look++)
            {
                var found = await find(open, limit.Token);
                if (found.Count > 0)
                    await cancel([.. found.Values], limit.Token);
                open.RemoveAll(found.ContainsKey);
                if (open.Count > 0)
                    await Task.Delay(BetweenLooks, time, limit.Token);
            }
        }
        catch (Exception fault) when (fault is GpuOpsException or OperationCanceledException)
        {
            // The cluster cannot be reached any more; the jobs, if there are any, are listed with the others.
        }
    }
}
