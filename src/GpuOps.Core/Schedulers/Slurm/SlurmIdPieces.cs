namespace GpuOps.Schedulers.Slurm;

/// <summary>Ids in the pieces in which a command can be given them.</summary>
internal static class SlurmIdPieces
{
    // Linux takes no argument longer than 128 KiB, and of all together not more than some MiB.
    private const int Longest = 100_000;

    /// <summary>Cuts a list of ids, in its order; one that fits stays whole.</summary>
    /// <param name="ids">The ids.</param>
    public static IEnumerable<IReadOnlyList<string>> Of(IEnumerable<string> ids)
    {
        List<string> piece = [];
        var length = 0;
        foreach (var id in ids)
        {
            if (length + id.Length >= Longest && piece.Count > 0)
            {
                yield return piece;
                (piece, length) = ([], 0);
            }

            piece.Add(id);
            length += id.Length + 1;
        }

        if (piece.Count > 0)
            yield return piece;
    }
}
