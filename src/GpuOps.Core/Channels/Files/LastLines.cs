namespace GpuOps.Channels.Files;

/// <summary>Finds where the last lines of a file begin, reading it from its end.</summary>
internal static class LastLines
{
    private const int FirstBlock = 8192, LargestBlock = 1 << 20;

    /// <summary>Where the last lines begin, in bytes.</summary>
    /// <param name="channel">The way to the file.</param>
    /// <param name="path">The file.</param>
    /// <param name="length">Where it ends, or is taken to end.</param>
    /// <param name="count">How many lines; a last one without a newline is one too.</param>
    /// <param name="atMost">How many bytes they may be; longer ones are cut off at the front.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Errors.GpuOpsException">What the channel says.</exception>
    public static async Task<long> StartAsync(ICommandChannel channel, string path, long length, int count, long atMost, CancellationToken cancellationToken)
    {
        if (count == 0)
            return length;
        var found = 0;
        var first = Math.Max(0, length - atMost);
        var block = FirstBlock;
        for (var end = length; end > first; block = Math.Min(2 * block, LargestBlock))
        {
            var begin = Math.Max(first, end - block);
            var bytes = await channel.ReadAsync(path, begin, (int)(end - begin), cancellationToken);
            for (var i = bytes.Length - 1; i >= 0; i--)
            {
                // The newline at the very end ends the last line and begins none.
                if (bytes[i] == '\n' && begin + i < length - 1 && ++found == count)
                    return begin + i + 1;
            }

            end = begin;
        }

        return first;
    }
}
