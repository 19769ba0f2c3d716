using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace GpuOps.Schedulers.Queue.Client;

/// <summary>Several sequences as one.</summary>
internal static class Together
{
    /// <summary>One after the other.</summary>
    public static async IAsyncEnumerable<T> OneByOne<T>(IReadOnlyList<IAsyncEnumerable<T>> sources, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var source in sources)
        {
            await foreach (var item in source.WithCancellation(cancellationToken))
                yield return item;
        }
    }

    /// <summary>Each item as it comes. The first failure ends all.</summary>
    public static async IAsyncEnumerable<T> All<T>(IReadOnlyList<IAsyncEnumerable<T>> sources, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // What nobody has taken yet must not pile up.
        var items = Channel.CreateBounded<T>(1);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var work = Task.WhenAll(sources.Select(source => Task.Run(() => PumpAsync(source, items.Writer, stop.Token), CancellationToken.None)));
        _ = work.ContinueWith(done => items.Writer.TryComplete(done.Exception?.InnerException), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        try
        {
            await foreach (var item in items.Reader.ReadAllAsync(cancellationToken))
                yield return item;
        }
        finally
        {
            await stop.CancelAsync();
            await work.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }

        async Task PumpAsync(IAsyncEnumerable<T> source, ChannelWriter<T> writer, CancellationToken token)
        {
            try
            {
                await foreach (var item in source.WithCancellation(token))
                    await writer.WriteAsync(item, token);
            }
            catch (Exception fault)
            {
                writer.TryComplete(fault);
                await stop.CancelAsync();
            }
        }
    }
}
