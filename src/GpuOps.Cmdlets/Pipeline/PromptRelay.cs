using System.Threading.Channels;
using GpuOps.Channels.Ssh;
using GpuOps.Cmdlets.Module;

namespace GpuOps.Cmdlets.Pipeline;

/// <summary>
/// Asks the person at a pipeline for work that goes on by itself: what it asks while the pipeline is elsewhere waits until
/// the pipeline waits for something too.
/// </summary>
internal sealed class PromptRelay
{
    private readonly Channel<Func<SshDialog, Task>> _asked = Channel.CreateUnbounded<Func<SshDialog, Task>>();

    /// <summary>Who answers for the work.</summary>
    public SshDialog Dialog => new()
    {
        TrustHostKey = (key, token) => AskAsync(dialog => dialog.TrustHostKey?.Invoke(key, token), token),
        Ask = (prompt, token) => AskAsync(dialog => dialog.Ask?.Invoke(prompt, token), token),
        Tell = prompt => _asked.Writer.TryWrite(dialog =>
        {
            dialog.Tell?.Invoke(prompt);
            return Task.CompletedTask;
        }),
    };

    /// <summary>Waits for something, and meanwhile has what was asked answered by whoever answers for the caller.</summary>
    /// <param name="something">What the pipeline waits for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<T> WaitAsync<T>(Task<T> something, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var dialog = EngineState.Current.Questioner.Dialog.ForConnection();
        while (!something.IsCompleted)
        {
            await Task.WhenAny(something, _asked.Reader.WaitToReadAsync(enough.Token).AsTask());
            while (!something.IsCompleted && _asked.Reader.TryRead(out var question))
                await question(dialog);
        }

        await enough.CancelAsync();
        return await something;
    }

    private Task<T?> AskAsync<T>(Func<SshDialog, Task<T?>?> ask, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<T?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked.Writer.TryWrite(async dialog =>
        {
            try
            {
                answer.TrySetResult(await (ask(dialog) ?? Task.FromResult<T?>(default)));
            }
            catch (Exception fault)
            {
                answer.TrySetException(fault);
            }
        });
        return answer.Task.WaitAsync(cancellationToken);
    }
}
