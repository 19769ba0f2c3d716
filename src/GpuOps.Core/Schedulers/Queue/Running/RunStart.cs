using System.Runtime.InteropServices;
using GpuOps.Errors;
using GpuOps.Pools;
using GpuOps.Probes;
using GpuOps.Processes;

namespace GpuOps.Schedulers.Queue.Running;

/// <summary>Starts a program, once for each id.</summary>
/// <param name="folder">What is on the disk of the start.</param>
/// <param name="context">What it shares with others.</param>
/// <param name="lost">Told when its reservation is lost.</param>
internal sealed class RunStart(RunFolder folder, SupervisorContext context, Action lost)
{
    private const int NoFormat = 8, TooLong = 7;

    /// <summary>Starts a program, unless it was started before.</summary>
    /// <param name="state">The start as it stands.</param>
    /// <param name="order">The order.</param>
    public RunBeginning Begin(SupervisedRun state, RunOrder order)
    {
        var record = new StartRecord(state, order.Grace, order.Reservation);
        try
        {
            if (!folder.TryMake())
            {
                return folder.ReadEnd() is { } end ? new RunBeginning(end, record) : Recover(state, folder.ReadRecord() ?? record);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return new RunBeginning(Refuse(state, fault.Message), record) { HasFolder = false };
        }

        try
        {
            return Spawn(record, order);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or GpuOpsException)
        {
            return new RunBeginning(Refuse(state, fault.Message), record);
        }
    }

    /// <summary>Takes over a start that an earlier supervisor had: what it left counts as running until it is gone.</summary>
    /// <param name="state">The start as it stands.</param>
    /// <param name="known">What the earlier one wrote down.</param>
    public RunBeginning Recover(SupervisedRun state, StartRecord known)
    {
        if (folder.ReadEnd() is { } end)
        {
            return new RunBeginning(end, known);
        }

        try
        {
            Keep(known.Reservation);
        }
        catch (GpuOpsException fault)
        {
            context.Log($"The reservation of the start {state.Id} cannot be kept: {fault.Message}");
        }

        var lost = known.Run with { Fault = "The supervisor that ran it went down, and so nobody knows how it ended." };
        return new RunBeginning(lost, known) { Processes = new RunProcesses(Marker(state), program: null, supervisor: null) };
    }

    private RunBeginning Spawn(StartRecord record, RunOrder order)
    {
        Keep(order.Reservation);
        var variables = Variables(record.Run, order);
        var program = Resolve(order, variables);
        folder.Record(record);
        using var input = LogFile.Nothing();
        using var output = LogFile.AppendTo(order.OutputPath);
        using var apart = order.ErrorPath == order.OutputPath ? null : LogFile.AppendTo(order.ErrorPath);
        var start = new ProcessStart(program, order.Arguments, variables, order.WorkFolder, input, output, apart ?? output);
        var error = 0;
        var child = context.Children.Start(() => (error = ProcessSpawn.Start(start, out var process)) == 0 ? process : 0)
            ?? throw new IOException(Describe(error, program));
        var state = record.Run with { ProcessId = child.Process, Started = context.Time.GetUtcNow() };
        Remember(record with { Run = state });
        return new RunBeginning(state, record)
        {
            Program = child.End,
            Processes = new RunProcesses(Marker(state), child.Process, Environment.ProcessId),
        };
    }

    /// <summary>It runs by now, whatever the disk says.</summary>
    private void Remember(StartRecord record)
    {
        try
        {
            folder.Record(record);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            context.Log($"That the start {record.Run.Id} runs cannot be written down: {fault.Message}");
        }
    }

    private Dictionary<string, string> Variables(SupervisedRun state, RunOrder order)
    {
        Dictionary<string, string> variables = new(order.Variables, StringComparer.Ordinal) { [RunProcesses.MarkerVariable] = Marker(state) };
        if (order.Reservation is { } gpus)
        {
            foreach (var (name, value) in VisibleDevices.For(gpus.Provider, gpus.Device, gpus.Id))
            {
                variables[name] = value;
            }
        }

        return variables;
    }

    private static string Resolve(RunOrder order, Dictionary<string, string> variables)
    {
        if (!Directory.Exists(order.WorkFolder))
        {
            throw new IOException($"There is no folder '{order.WorkFolder}' to run it in.");
        }

        if (!ProgramSearch.CanEnter(order.WorkFolder))
        {
            throw new UnauthorizedAccessException($"The folder '{order.WorkFolder}' may not be entered.");
        }

        return ProgramSearch.Find(order.Arguments[0], variables.GetValueOrDefault("PATH"), order.WorkFolder, out var fault)
            ?? throw new IOException($"It cannot be started: {fault}.");
    }

    private void Keep(GpuReservation? reservation)
    {
        if (reservation is not null)
        {
            context.Reservations.Keep(reservation, lost);
        }
    }

    private static SupervisedRun Refuse(SupervisedRun state, string fault) => state with { Fault = fault };

    private string Marker(SupervisedRun state) => $"{context.Instance}/{state.Id}";

    private static string Describe(int error, string program) => error switch
    {
        NoFormat => $"It cannot be started: '{program}' is neither a program of this system nor a script whose first line says what runs it (#!/bin/sh).",
        TooLong => "It cannot be started: its arguments and variables are longer than the system allows.",
        _ => $"'{program}' cannot be started: {Marshal.GetPInvokeErrorMessage(error)}.",
    };
}
