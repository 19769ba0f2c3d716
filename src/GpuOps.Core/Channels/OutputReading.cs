namespace GpuOps.Channels;

/// <summary>Takes what a program prints: whole, or by the reader that its caller gave.</summary>
internal static class OutputReading
{
    /// <summary>Reads to the end, whatever the reader does: a program whose output nobody takes would never end.</summary>
    /// <param name="stream">What the program prints.</param>
    /// <param name="reader">Who reads it; null to collect it.</param>
    /// <param name="cancellationToken">Given to the reader.</param>
    /// <returns>All of it; nothing when it had a reader.</returns>
    public static async Task<byte[]> ReadAsync(Stream stream, Func<Stream, CancellationToken, Task>? reader, CancellationToken cancellationToken)
    {
        if (reader is null)
        {
            using var bytes = new MemoryStream();
            await stream.CopyToAsync(bytes, CancellationToken.None);
            return bytes.ToArray();
        }

        try
        {
            await reader(stream, cancellationToken);
        }
        finally
        {
            await stream.CopyToAsync(Stream.Null, CancellationToken.None);
        }

        return [];
    }

    /// <summary>The output of a program that has ended. Of one that failed, what it complains of says more than what its reader missed.</summary>
    /// <param name="reading">What <see cref="ReadAsync"/> gave.</param>
    /// <param name="exitCode">The program's exit code.</param>
    public static async Task<byte[]> ResultAsync(Task<byte[]> reading, int exitCode)
    {
        if (exitCode == 0)
            return await reading;
        await reading.ContinueWith(static task => task.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return reading.IsCompletedSuccessfully ? reading.Result : [];
    }
}
