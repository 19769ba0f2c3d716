using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using GpuOps.Cmdlets.Module;
using GpuOps.Cmdlets.Slurm;
using GpuOps.Configuration;
using GpuOps.Pools;
using GpuOps.Schedulers;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Binding;

/// <summary>Offers values for a parameter. A completion never fails and never keeps the user waiting.</summary>
public abstract class GpuOpsCompleter : IArgumentCompleter
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(800);

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var word = wordToComplete.Trim('\'', '"');
        try
        {
            return [.. Offers(word, fakeBoundParameters)
                .Where(offer => offer.Value.StartsWith(word, StringComparison.OrdinalIgnoreCase))
                .Select(offer => new CompletionResult(Quote(offer.Value), offer.Value, CompletionResultType.ParameterValue, offer.Tip))];
        }
        catch (Exception fault) when (fault is Errors.GpuOpsException or OperationCanceledException)
        {
            return [];
        }
    }

    /// <summary>The values there are, each with a line that explains it.</summary>
    /// <param name="bound">The parameters written so far.</param>
    protected abstract IEnumerable<(string Value, string Tip)> Offers(IDictionary bound);

    /// <summary>The values there are for what was typed so far.</summary>
    /// <param name="word">What was typed.</param>
    /// <param name="bound">The parameters written so far.</param>
    protected virtual IEnumerable<(string Value, string Tip)> Offers(string word, IDictionary bound) => Offers(bound);

    /// <summary>The configuration, seen from the process's folder: a completer is not told the session's.</summary>
    private protected static GpuOpsConfiguration Configuration() =>
        GpuOpsConfiguration.Load(ConfigurationEnvironment.FromProcess(Directory.GetCurrentDirectory()));

    /// <summary>The pool that the command line speaks of.</summary>
    private protected static PoolSnapshot ReadPool(IDictionary bound)
    {
        var configuration = Configuration();
        var definition = configuration.ResolveBackend(bound["Backend"] as string);
        var pool = EngineState.Current.Host.Open(definition, configuration.Context(EngineState.Current.Questioner.Dialog));
        return Wait(token => pool.Pool.ReadAsync(null, token));
    }

    /// <summary>The Slurm cluster that the command line speaks of; null when that backend is none.</summary>
    private protected static SlurmScheduler? OpenSlurm(IDictionary bound)
    {
        var configuration = Configuration();
        var definition = configuration.ResolveBackend(bound["Backend"] as string ?? configuration.ChooseBackend(SlurmCmdlet.Scheme));
        return EngineState.Current.Host.OpenScheduler(definition, configuration.Context(EngineState.Current.Questioner.Dialog)) as SlurmScheduler;
    }

    /// <summary>The scheduler that the command line speaks of.</summary>
    private protected static IJobScheduler OpenScheduler(IDictionary bound)
    {
        var configuration = Configuration();
        var definition = configuration.ResolveBackend(bound["Backend"] as string ?? configuration.ChooseScheduler());
        return EngineState.Current.Host.OpenScheduler(definition, configuration.Context(EngineState.Current.Questioner.Dialog));
    }

    /// <summary>Waits for an answer, but not for long.</summary>
    private protected static T Wait<T>(Func<CancellationToken, Task<T>> work)
    {
        using var limit = new CancellationTokenSource(Patience);
        return Task.Run(() => work(limit.Token), limit.Token).WaitAsync(limit.Token).GetAwaiter().GetResult();
    }

    private static string Quote(string value) =>
        value.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' or ':' or '/') ? value : $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";
}
