namespace DmDelegation.Agent.Commands;

/// <summary>Descriptions that are longer than a line: the line, an empty one, and all there is to know.</summary>
internal static class Descriptions
{
    /// <summary>The program.</summary>
    public const string Agent = "OMA Device Management agent with delegation.";

    /// <summary><c>run</c>.</summary>
    public const string Run =
        """
        Run the agent (the service does this)

        It opens the store, makes it at the first start out of the device profile and the configured accounts, and manages
        the device until SIGTERM or SIGINT. Log lines go to standard output, each with a code DMnnnn that never changes its
        meaning. Under systemd it tells when it is ready, who manages the device, and answers the watchdog.
        """;

    /// <summary><c>status</c>.</summary>
    public const string Status =
        """
        Who manages this device, which part, until when, and is anything wrong?

        The first line is the answer. What is wrong follows, each with a severity, a code that scripts can match, and what to
        do; a line that points to another code is a consequence of that one. While the agent is stopped the store is read,
        which only root and the agent's user can.
        """;

    /// <summary><c>tree get</c>.</summary>
    public const string TreeGet =
        """
        One node with its properties

        Values of secret leaves are sealed in the store and never shown.
        """;

    /// <summary><c>acl explain</c>.</summary>
    public const string AclExplain =
        """
        May a server do something, and why?

        The answer is that of the function that decides on every command of every server: whether it is allowed, by which
        rule of the specification, at which node, and because of which delegation. With ?prop=ACL, ?prop=Name or ?prop=Title
        behind the URI the question is about that property.
        """;

    /// <summary><c>delegation list</c>.</summary>
    public const string DelegationList =
        """
        All records

        Each with its scope, the time left, whether both servers were told, why it ended, and what to do next.
        """;

    /// <summary><c>delegation watch</c>.</summary>
    public const string DelegationWatch =
        """
        Print a line for every record now, and again whenever one changes

        The agent is asked once a second. Time that runs down is no change. It ends on SIGINT, when the one record named is
        gone, and when the agent stops.
        """;

    /// <summary><c>delegation log</c>.</summary>
    public const string DelegationLog =
        """
        Print the audit log, newest entry last, and check its chains

        Each entry carries the hash of the one before it. That shows damage; whoever owns the device can make the whole
        chain anew. What he cannot change are the heads that the servers hold: every alert carries one, as
        <Log n="NUMBER">HASH</Log>. --verify NUMBER:HASH, such as 41:9f86d081884c7d65..., tells whether this log still
        contains it. Entries eN are Starts, transactions, local commands, suspensions and the clock; entries nN are failed
        logins, failed proofs and refused commands, those of one minute together. 256 of each are kept.
        """;

    /// <summary><c>delegation end</c>.</summary>
    public const string DelegationEnd =
        """
        End one delegation here, at the device, whatever its servers say (root only)

        A staged record is deleted. A pending, active or suspended delegation ends: the rights, the account and the keys of
        its server go, who managed before manages again, and both servers are told as soon as they can be reached (reason
        187, LOCAL). What the server did to values stays. A final delegation is refused: only a factory reset ends it. Every
        use, refused or not, is in the log.
        """;

    /// <summary><c>session start</c>.</summary>
    public const string SessionStart =
        """
        Open a session with a server and wait for its end

        If a session with it runs already, its end is waited for. What keeps a session from being opened, or how it failed,
        is a stable code and what to do about it.
        """;

    /// <summary><c>session last</c>.</summary>
    public const string SessionLast =
        """
        How the last session with each server ended

        When it began, how long it took, how it ended, which statuses the server's commands got, and what a failure means.
        The agent keeps this in memory: a restart forgets it, and the answer says since when it remembers.
        """;

    /// <summary><c>clock reset</c>.</summary>
    public const string ClockReset =
        """
        Lower effective time to the wall clock, after a clock drove it into the future (root only)

        Refused while nobody vouches for the wall clock (clock.trust). Every use, refused or not, is in the log.
        """;

    /// <summary><c>metrics</c>.</summary>
    public const string Metrics =
        """
        Metrics for Prometheus

        Printed in its text format, or written into a file for the textfile collector of the node exporter; the file is
        replaced as a whole and readable for everybody. Counters begin at zero when the agent starts. Servers appear as labels
        while they have an account. Without an agent dmagent_up is 0, and what the store says is there if it can be read.
        """;

    /// <summary><c>check</c>.</summary>
    public const string Check =
        """
        Look for what is wrong

        Named diagnostics, each finding with a stable identifier check-NAME-REASON and what to do. clock: whether somebody
        vouches for it, and the agent follows. store: whole, of a known format, of a sensible size. certificates: every one
        that the configuration names, its key, and how long it is valid. accounts: whether each server can be reached, by
        name, connection and TLS with its pins; no session is begun. disk: room and inodes. permissions: whether others could
        read secrets or change what the agent does. sandbox: whether the running agent is in the one that its unit makes.

        It works with the agent up or down. What this user cannot see is skipped, and said to be. It ends in half a minute at
        most.
        """;

    /// <summary><c>report</c>.</summary>
    public const string Report =
        """
        Put everything that somebody who helps wants to see into one file

        A compressed tar archive that only its owner can read: version, status, accounts, delegations, audit log, last
        sessions, metrics, check, configuration with origins, device profile, release and kernel of the system, state of the
        unit and its lines of the journal since the last boot. No key, password, credential or value of the tree is in it, nor
        the store; users, passwords and queries of addresses are struck out. What it contains and what not is told, and stands
        in its README.txt. Device id, addresses and Server Identifiers are in it: look before you send it.

        What cannot be had is left out; the agent need not run, and the configuration need not be valid.
        """;

    /// <summary><c>config show</c>.</summary>
    public const string ConfigShow =
        """
        Every key and its value

        With --origin also where each value stands, and below it what it took the place of, the nearest first: a drop-in, the
        file, a credential, the environment, the default. --json has that in any case, with the allowed range and the meaning
        of each key. No secret is among the values, only names of files.
        """;

    /// <summary><c>config validate</c>.</summary>
    public const string ConfigValidate =
        """
        Check the configuration

        The configuration file, its drop-ins, the device profile, and whether the files that they name are there. Everything
        that is wrong is told, not only the first; the agent need not run.
        """;
}
