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
            found = await LookAsync(tags, cancellationToken) ?? found;
            if (found.Count == tags.Count)
                break;
            await Task.Delay(BetweenLooks, time, cancellationToken);
        }

        return found;
    }

    /// <summary>
    /// Ends jobs that sbatch took, may have taken, or may be about to: what was just ended may have been heard a moment
    /// before. It tries a few times, as the cluster may not answer just now; it never fails.
    /// </summary>
    /// <param name="tags">The words of those whose ids are not known.</param>
    /// <param name="ids">The others.</param>
    public async Task TakeBackAsync(IReadOnlyCollection<string> tags, IReadOnlyCollection<SlurmJobId> ids)
    {
        using var limit = new CancellationTokenSource(CleanupTime, time);
        List<string> open = [.. tags];
        List<SlurmJobId> unwanted = [.. ids];
        try
        {
            for (var look = 0; look < Looks; look++)
            {
                if (open.Count > 0 && await LookAsync(open, limit.Token) is { } found)
                {
                    unwanted.AddRange(found.Values);
                    open.RemoveAll(found.ContainsKey);
                }

                if (unwanted.Count > 0 && await EndAsync(unwanted, limit.Token))
                    unwanted.Clear();
                if (open.Count + unwanted.Count == 0)
                    break;
                await Task.Delay(BetweenLooks, time, limit.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The cluster cannot be reached any more; the jobs, if there are any, are listed with the others.
        }
    }

    /// <returns>Null when the cluster cannot be asked just now.</returns>
    private async Task<Dictionary<string, SlurmJobId>?> LookAsync(IReadOnlyCollection<string> tags, CancellationToken cancellationToken)
    {
        try
        {
            return await find(tags, cancellationToken);
        }
        catch (GpuOpsException)
        {
            return null;
        }
    }

    private async Task<bool> EndAsync(IReadOnlyList<SlurmJobId> ids, CancellationToken cancellationToken)
    {
        try
        {
            await cancel(ids, cancellationToken);
            return true;
        }
        catch (GpuOpsException fault)
        {
            // scancel goes on with the others when one of them is over.
            return fault.Id == "SlurmJobNotFound";
        }
    }
}
